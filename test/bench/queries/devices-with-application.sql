-- Which devices have this application? A page of them.
SELECT device_id, version
FROM fleetmeter.application_devices
WHERE application_id = {application:String}
LIMIT 100
