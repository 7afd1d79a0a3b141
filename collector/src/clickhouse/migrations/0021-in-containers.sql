-- What runs in containers comes from their images: no package of the computer owns it, and nothing of it is installed there.
ALTER TABLE {facts}.executables
    COMMENT COLUMN IF EXISTS package_manager 'dpkg, rpm, ...; container: from the image of a container';

CREATE OR REPLACE VIEW {final}.executables_seen
(
    executable_id String COMMENT 'Executable, 16 hex digits', sha256 String COMMENT 'SHA-256 of the file, 64 hex digits',
    path String COMMENT 'Normalised path', size UInt64 COMMENT 'Bytes', format String COMMENT 'elf, macho, pe or script',
    application_id String COMMENT 'Application, 16 hex digits', application String COMMENT 'Its name',
    version String COMMENT 'Its version', publisher String COMMENT 'Its publisher',
    in_container UInt8 COMMENT '1: it ran from the image of a container, and is not installed on the computer itself',
    devices UInt64 COMMENT 'Devices that have it now; 0: removed, or run from outside every program root',
    first_seen DateTime64(3, 'UTC') COMMENT 'When the collector learnt of it'
) AS
SELECT described.executable_id AS executable_id, sha256, path, size, format, application_id, application, version, publisher,
    described.executable_no IN (SELECT images.executable_no FROM {facts}.executables AS images WHERE images.package_manager = 'container') AS in_container,
    counted.devices AS devices, first_seen
FROM {facts}.described_executables AS described
LEFT JOIN {facts}.executable_devices AS counted ON counted.executable_no = described.executable_no
COMMENT 'Every executable the collector knows: installed now, installed once, or only ever run';
