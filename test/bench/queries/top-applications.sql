-- Which applications are on the most devices?
SELECT application_id, name, version, publisher, devices, last_used
FROM fleetmeter.applications
ORDER BY devices DESC
LIMIT 20
