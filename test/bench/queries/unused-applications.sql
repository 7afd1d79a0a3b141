-- What is installed on many devices, but was used on none in the last thirty days?
SELECT application_id, name, publisher, sum(devices) AS installations
FROM fleetmeter.applications
WHERE devices > 0 AND (last_used IS NULL OR last_used < today() - 30)
GROUP BY application_id, name, publisher
ORDER BY installations DESC
LIMIT 20
