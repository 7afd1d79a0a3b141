-- What was used most on this day?
SELECT application_id, application, publisher, devices_used, seconds
FROM fleetmeter.application_usage_daily
WHERE day = {day:Date}
ORDER BY seconds DESC
LIMIT 20
