-- Rows that a repair of quarantined records would add, while somebody tries it: empty otherwise, and gone with the
-- engine's process.
CREATE TABLE {facts}.usage_trial AS {facts}.usage
ENGINE = Memory
COMMENT 'Usage that a repair would add, while it is tried; never read with the facts otherwise';
