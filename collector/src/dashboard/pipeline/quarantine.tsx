import type { Column } from '../table/column.ts';
import { DataTable } from '../table/data-table.tsx';
import { counted } from '../text/quantities.ts';
import { Reported } from '../text/reported.tsx';

interface Reason {
  reason: string;
  count: number;
}

const COLUMNS: Column<Reason>[] = [
  { key: 'reason', title: 'Reason', cell: ({ reason }) => <Reported text={reason} /> },
  { key: 'count', title: 'Records', numeric: true, cell: ({ count }) => counted(count) },
];

/** Records that were set aside: with their bytes, so that they can be looked at and replayed. */
export function Quarantine({ reasons }: { reasons: readonly Reason[] }) {
  return (
    <section aria-labelledby="quarantine">
      <h2 id="quarantine">Quarantined</h2>
      {reasons.length === 0 ? (
        <p className="quiet">Nothing was set aside.</p>
      ) : (
        <div className="sheet">
          <DataTable
            caption="Quarantined records by reason"
            columns={COLUMNS}
            rows={reasons}
            rowKey={({ reason }) => reason}
          />
        </div>
      )}
    </section>
  );
}
