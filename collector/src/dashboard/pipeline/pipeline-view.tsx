/** How far reports are on their way into the tables, in the order in which they travel. */
import type { PipelineAnswer, ProcessingAnswer } from '../../admin/answers.ts';
import { useLive } from '../live/use-live.ts';
import { ago, bytes, counted, duration, of } from '../text/quantities.ts';
import { visibleText } from '../text/visible-text.ts';
import { Quarantine } from './quarantine.tsx';
import { Stage, type StageProps } from './stage.tsx';

export function PipelineView({ query }: { query: URLSearchParams }) {
  const { answer } = useLive<PipelineAnswer>('/api/pipeline');
  return (
    <section aria-labelledby="title">
      <div className="list-head">
        <h1 id="title" tabIndex={-1}>
          Pipeline
        </h1>
        <p className="total">From the report of a device to the figures on this page</p>
      </div>
      {answer ? <Stages pipeline={answer} query={query} /> : <p className="empty">Loading…</p>}
    </section>
  );
}

/** Records that wait a moment are the rule; this many are not. */
const LONG_QUEUE = 1_000;
const LONG_WAIT_MS = 10 * 60_000;

function Stages({ pipeline, query }: { pipeline: PipelineAnswer; query: URLSearchParams }) {
  const { stream, checkpoint, dirty, engine, derived } = pipeline;
  const now = Date.parse(pipeline.now);
  const waiting = dirty.oldest === null ? 0 : now - dirty.oldest;
  return (
    <>
      <ol className="stages">
        <Stage
          name="Received"
          figure={counted(stream.head)}
          state={stream.unreadable > 0 ? 'bad' : 'good'}
          word={stream.unreadable > 0 ? `${of(stream.unreadable, 'record')} unreadable` : 'receiving'}
          facts={[
            ['Kept on disk', `${of(stream.records, 'record')}, ${bytes(stream.bytes)}`],
            ['Devices enrolled', counted(pipeline.devices)],
          ]}
        />
        <Stage
          name="Processed"
          figure={counted(checkpoint)}
          {...processedState(pipeline)}
          facts={[
            ...lagFacts(pipeline.processing, now),
            ['Executables known', counted(pipeline.executables)],
          ]}
        />
        <Stage
          name="Waiting to be recomputed"
          figure={counted(dirty.count)}
          state={waiting > LONG_WAIT_MS ? 'slow' : 'good'}
          word={dirty.oldest === null ? 'nothing waits' : `oldest ${ago(dirty.oldest, now)}`}
          facts={[
            ['Inventory computed', derivedAt(derived.inventory, now)],
            ['Use of today computed', derivedAt(derived.usage_today, now)],
            ['Held at earlier figures', heldFigures(derived, now)],
          ]}
        />
        <Stage
          name="Database engine"
          figure={engine.up ? 'Running' : 'Not answering'}
          state={engine.up ? 'good' : 'bad'}
          word={engine.up ? 'answers questions' : 'nothing is lost; it is being restarted'}
          facts={[
            ['Restarts', counted(engine.restarts)],
            ['Process', engine.pid === undefined ? '–' : String(engine.pid)],
            ...(engine.unjailed === undefined
              ? []
              : [['Without a jail', engine.unjailed] as [string, string]]),
          ]}
        />
      </ol>
      <Quarantine query={query} now={now} />
    </>
  );
}

function processedState({ lag, processing }: PipelineAnswer): Pick<StageProps, 'state' | 'word'> {
  if (processing.paused) return { state: 'slow', word: `paused, ${counted(lag)} waiting` };
  return {
    state: lag > LONG_QUEUE ? 'slow' : 'good',
    word: lag === 0 ? 'up to date' : `${counted(lag)} waiting`,
  };
}

function lagFacts(processing: ProcessingAnswer, now: number): StageProps['facts'] {
  const { paused, records, oldestReceivedAt, arrivingPerSecond, processedPerSecond } = processing;
  const facts: StageProps['facts'] = [
    ['Lag', `${of(records, 'record')}, ${bytes(processing.bytes)}`],
    ['Oldest waiting', oldestReceivedAt === null ? 'none' : `received ${ago(oldestReceivedAt, now)}`],
    ['Arriving, processed', `${perSecond(arrivingPerSecond)}, ${perSecond(processedPerSecond)}`],
    [paused ? 'Time to catch up once resumed' : 'Time to catch up', catchUp(processing)],
  ];
  if (paused) {
    facts.push(['Paused', `${ago(paused.since, now)} by ${visibleText(paused.by)}`]);
    facts.push(['Reason', paused.reason === '' ? 'none given' : visibleText(paused.reason)]);
  }
  return facts;
}

const perSecond = (rate: number): string => `${rate < 10 ? rate.toFixed(1) : counted(rate)} /s`;

function catchUp({ records, catchUpSeconds }: ProcessingAnswer): string {
  if (records === 0) return 'nothing waits';
  return catchUpSeconds === null ? 'cannot be told' : duration(catchUpSeconds);
}

/** Applications and days of which too many devices have records in quarantine. */
function heldFigures({ held, held_since }: PipelineAnswer['derived'], now: number): string {
  if (held === null) return 'cannot be told';
  if (held === 0 || held_since === null) return 'none';
  return `${of(held, 'application day')}, the oldest ${ago(Date.parse(held_since), now)}`;
}

function derivedAt(time: string | null, now: number): string {
  return time === null ? 'not yet' : ago(Date.parse(time), now);
}
