/** What was asked about persons, and what came of it; who asked what is in the log. */
import { Counter, type Registry } from 'prom-client';
import { READING_OUTCOMES, type ReadingOutcome } from '../person/person-questions.ts';

export function countReadings(registry: Registry): (outcome: ReadingOutcome) => void {
  const readings = new Counter({
    name: 'fleetmeter_person_readings_total',
    help: 'Questions about persons by outcome (answered, failed, refused by the engine; not asked for their token, for being too many, or without a reason)',
    labelNames: ['outcome'],
    registers: [registry],
  });
  // Alarms ask how much a counter rose: it has to be there before it does.
  for (const outcome of READING_OUTCOMES) readings.inc({ outcome }, 0);
  return (outcome) => readings.inc({ outcome });
}
