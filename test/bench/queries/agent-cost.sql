-- On which devices does the agent take the most processor time?
SELECT device_id, hostname, agent_version, agent_cpu_ms, agent_resident_kib
FROM fleetmeter.devices
ORDER BY agent_cpu_ms DESC
LIMIT 20
