-- How much of the fleet's software was used on this day?
SELECT count() AS applications, countIf(devices_used > 0) AS used, sum(seconds) AS total_seconds, sum(launches) AS total_launches
FROM fleetmeter.application_usage_daily
WHERE day = {day:Date}
