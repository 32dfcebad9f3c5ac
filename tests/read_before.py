"""What processes of the tests have read before they are forked: most of the program, and its lexicons."""

import bots.desk
import bots.phone
import bots.telegram  # noqa: F401
import campaigns.worker  # noqa: F401
import reports.report  # noqa: F401
import run_bot  # noqa: F401
from dialogs.understanding import understand

understand("三十六度五")
