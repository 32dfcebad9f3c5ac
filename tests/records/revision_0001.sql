-- A store as the first revision left it, one row or more in each table; plain SQL that SQLite and PostgreSQL read alike.
INSERT INTO community VALUES (1, '和安区', '柳岸街道', '桂园社区');
INSERT INTO household VALUES (1, 1, '第1网格', '1号楼', '101'), (2, 1, '', '', '');
INSERT INTO resident VALUES
  (1, 'R1', 1, '王伟', '+8611100000001', 'zh-Hans', 'male', 1950, 'head', 'Asia/Shanghai', 9, '', '2026-03-01 00:00:00'),
  (2, NULL, 2, 'Zoë O''Neil', '+8611100000002', 'en', '', NULL, '', '', NULL, 'moved', '2026-03-01 00:00:00');
INSERT INTO do_not_call VALUES ('+8611100000002', '别再打了', '2026-03-02 01:00:00');
INSERT INTO campaign VALUES
  (1, '每日健康', 'daily_check', 1, '{"calls_a_day":5}', '{}', 'simulated', 10, 'completed', 7, '2026-03-01 00:00:00', '2026-03-02 00:00:00', NULL);
INSERT INTO attempt VALUES
  (1, 1, 0, 1, '[1]', '+8611100000001', 'simulated', 1, 'answered_human', '2026-03-02 01:00:00', '2026-03-02 01:00:09', '2026-03-02 01:01:00', 9.25, 51.0, 'robot', TRUE, NULL, '2026-03-02 01:00:00'),
  (2, 1, 0, 2, '[2]', '+8611100000002', 'simulated', 1, NULL, '2026-03-02 01:00:00', NULL, NULL, NULL, NULL, NULL, NULL, '2026-03-02 09:00:00', '2026-03-02 01:00:00');
INSERT INTO conversation VALUES
  (1, 1, 'simulated', '+8611100000001', 'daily_check', 1, '{"step":"bye"}', 1, TRUE, '2026-03-02 01:00:09', '2026-03-02 01:01:00');
INSERT INTO turn VALUES (1, 0, '[{"event":"heard","words":"三十八度四"}]', '2026-03-02 01:00:09', '2026-03-02 01:00:20');
INSERT INTO answer VALUES
  (1, 1, 0, 1, 1, 'temperature', '38.4', 'self', '三十八度四', 0.9, 'voice', TRUE, '2026-03-02 01:00:20', '2026-03-02 01:00:21');
INSERT INTO record VALUES
  (1, 1, 0, '2026-03-02', 1, 1, 1, '第1网格', '1号楼', 'zh-Hans', 1, TRUE, 'answered_human', 'complete', TRUE, NULL, 'symptomatic', 'simulated', 'self', 38.4, TRUE, 1, 2, '2026-03-01', FALSE, TRUE, '米', 'red', 'see_doctor', '{"pets":2}', 1, '2026-03-02 00:00:00', '2026-03-02 01:00:20', '2026-03-02 01:01:00'),
  (2, 1, 0, '2026-03-02', 2, 2, 1, '', '', 'en', 0, FALSE, NULL, 'ineligible', TRUE, 'moved', 'closed', NULL, NULL, NULL, NULL, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, '{}', NULL, '2026-03-02 00:00:00', NULL, NULL);
INSERT INTO follow_up VALUES
  (1, 1, 0, 1, 'red_result', TRUE, '', 'open', '', '2026-03-02 01:01:00', '2026-03-02 03:01:00', NULL),
  (2, 1, 0, 1, 'needs_help', FALSE, '米', 'closed', '已送米', '2026-03-02 01:01:00', '2026-03-03 01:01:00', '2026-03-02 05:00:00');
INSERT INTO address VALUES ('telegram', '4242', 1, '', '2026-03-01 08:00:00', NULL, NULL);
INSERT INTO inbox VALUES ('telegram', 5000000001, '{"text":"38.4"}', NULL, '2026-03-02 02:00:00', NULL, NULL);
