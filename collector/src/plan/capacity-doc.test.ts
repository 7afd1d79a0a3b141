/** Writes docs/capacity.md: `npx vitest run src/plan -u`. Without `-u` it checks that the file is what would be written. */
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { capacityPlan, figure } from './capacity-plan.ts';
import { constantsOfFile } from './known-constants.ts';
import { readPlanInputs } from './plan-inputs.ts';
import { readable } from './quantity.ts';

const FILE = fileURLToPath(new URL('../../../docs/capacity.md', import.meta.url));
const FLEETS = ['1000', '20000', '100000', '1000000'] as const;
/** Different executables grow with the fleet; a large one has five for each device. */
const DISTINCT_PER_DEVICE = 5;

const ROWS: readonly (readonly [title: string, line: string])[] = [
  ['Requests a second, mean', 'requests, mean'],
  ['CPU of a report, µs, without TLS', 'a report, without TLS'],
  ['the same with a full TLS handshake', 'a report, with a full handshake'],
  ['Recompute, cores in the long run', 'in the long run'],
  ['Recompute, minutes from one to the next', 'from one round to the next'],
  ['Audit, cores in the long run', 'audit, in the long run'],
  ['Cores busy, full handshakes', 'cores busy, with full handshakes'],
  ['Machines, full handshakes', 'machines, with full handshakes'],
  ['First inventory, CPU ms a device', 'CPU of a first inventory, everything included'],
  ['First inventory, minutes, without TLS', 'all inventories, without TLS'],
  ['First inventory, minutes, full handshakes', 'all inventories, with full handshakes'],
  ['A row for each device and executable, hours', 'naive design: a row for each device and executable'],
  ['New catalogue in force, minutes', 're-map, time at the allowed load'],
  ['Outage of 12 hours: stream, GiB', 'stream, on the disk'],
  ['Outage of 12 hours: minutes to catch up', 'time to catch up'],
  ['Tables after a year, GiB', 'all tables, after that time'],
  ['Memory of both processes, MiB', 'both processes'],
];

function document(): string {
  const { values, sources } = constantsOfFile();
  const plans = FLEETS.map((devices) =>
    capacityPlan(
      readPlanInputs({ devices, distinctExecutables: String(Number(devices) * DISTINCT_PER_DEVICE) }),
      values,
    ),
  );
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const table = [
    row(['', ...FLEETS.map((devices) => `${readable(Number(devices))} devices`)]),
    row(['---', ...FLEETS.map(() => '---:')]),
    ...ROWS.map(([title, line]) => row([title, ...plans.map((lines) => readable(figure(lines, line)))])),
  ];
  return `# Capacity

What a fleet needs is a multiplication: so many devices, so many reports, so much for each. The planner does it and shows
every step, once with names and once with numbers:

    fleetmeter-collector plan --devices 1000000 --executables 2000 --change 5%

| option | what it does |
|---|---|
| \`--measure\` | measures the cost of every stage on this machine first, by running the stages; about a minute |
| \`--save-constants FILE\`, \`--constants FILE\` | keeps what was measured, and plans with it elsewhere |
| \`--from-live URL\` | takes what a running collector shows of itself, and says what it does not show |
| \`--json\` | the same plan for programs |

\`plan --help\` lists what can be asked. Each constant is printed with the file that measured it. \`npm run bench -- plan\` lets
the planner predict two benchmarks at a size that it did not measure, and says how far off it was.

## What it comes to

Machines of 2 cores that may be 60 % busy. Constants ${sources.httpUs}.
Everything but the number of devices is as \`plan\` assumes it; a fleet has ${DISTINCT_PER_DEVICE} different executables for each device.

${table.join('\n')}

This table is written by \`collector/src/plan/capacity-doc.test.ts\`, which fails when the code says something else.

## What it does not know

- How often agents shake hands in full: those that report hourly resume their session, those that come after a collector's restart do
  not. So handshakes are shown apart.
- One collector with one engine is one machine. "Machines" says how much work there is, not that it can be split today.
- \`--retention-days\` is one time for all rows; the collector keeps each kind for a time of its own (retention.md).
- Sizes on the disk are of made-up devices, whose ids do not compress; real fleets resemble each other more.
- A recompute of a fleet of a million was not measured: its cost is taken to grow with rows, as it did from 500 to 12,000 devices.
- The same goes for an audit, which was measured with it. Constants of the audit were measured four days after the others, on the same machine.
- Merges are taken to pass over each row once for every digit of the number of inserts, which was seen up to 400 inserts.
`;
}

test('docs/capacity.md says what the planner says', async () => {
  await expect(document()).toMatchFileSnapshot(FILE);
});
