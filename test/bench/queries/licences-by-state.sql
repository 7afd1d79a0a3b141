-- On how many devices is this application used, not used, and on how many is that not known, and why?
SELECT state, reason, count() AS devices
FROM fleetmeter.application_last_used
WHERE application_id = {rareApplication:String}
GROUP BY state, reason
ORDER BY devices DESC
