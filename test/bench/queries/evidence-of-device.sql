-- What says that this application is used on this device, or that it is not?
SELECT day, observed_seconds, powered_seconds, interactive_seconds, seconds, launches_by_user, counts_by
FROM fleetmeter.usage_evidence
WHERE device_id = {device:String} AND application_id = {application:String}
ORDER BY day
