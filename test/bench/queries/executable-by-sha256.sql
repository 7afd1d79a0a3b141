-- Is a file with this SHA-256 in the fleet?
SELECT executable_id, path, application, version, devices, first_seen
FROM fleetmeter.executables
WHERE sha256 = {sha256:String}
LIMIT 10
