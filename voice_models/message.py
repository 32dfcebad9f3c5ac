"""A voice message of a chat (OGG with Opus, or anything else that libsndfile reads) as telephone samples."""

from io import BytesIO

import numpy as np
import soundfile

from voice_models.telephone import Pcm, narrow, pcm

QUIET = 4000  # samples of silence around it, which a recogniser wants: half a second


class MessageError(ValueError):
    """Bytes that hold no sound that can be read, or more of it than is taken."""


def samples(content: bytes, longest: float) -> Pcm:
    """A message of at most `longest` seconds as 16-bit samples at 8 kHz. Raises MessageError."""
    try:
        with soundfile.SoundFile(BytesIO(content)) as file:
            if file.frames > longest * file.samplerate:
                raise MessageError(f"longer than {longest:g} s")
            heard, rate = file.read(dtype="float32", always_2d=True), file.samplerate
    except (soundfile.SoundFileError, RuntimeError) as error:
        raise MessageError(f"not a sound: {type(error).__name__}") from None
    return pcm(np.pad(narrow(heard, rate), QUIET))
