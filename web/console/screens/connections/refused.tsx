import { useState } from 'react';
import { useActing, usePages } from '../../frame/acting.js';
import { useFormats } from '../../frame/words.js';
import { nameOf, useNames } from '../../ledger/names.js';
import { keyOf } from '../../ledger/requests.js';
import { PagedTable } from '../../parts/table.js';
import type { ConnectionsWords } from './messages/connections-words.js';
import { type Connection, listRefused, type Refused, switchMode } from './requests.js';
import { SureButton } from './sure-button.js';

const days = 30;

/** Users that enforcing would refuse, and the switch to it. */
export function WouldBeRefused({
  words,
  connection: { id, mode },
  onSwitched,
}: {
  readonly words: ConnectionsWords;
  readonly connection: Connection;
  /** `null`: not permitted. */
  readonly onSwitched: (() => void) | null;
}) {
  const { call } = useActing();
  const { ago, number } = useFormats();
  const [all, setAll] = useState<Pick<Refused, 'total' | 'unnamed'> | null>(null);
  const paged = usePages(
    (cursor) => listRefused(id, days, cursor),
    (page) => {
      setAll(page);
      return { rows: page.subjects, cursor: page.cursor };
    },
  );
  const whoOf = ({ subject }: { readonly subject: string }) => ({ connection: id, subject });
  const names = useNames(paged.rows.map(whoOf));
  const { refused, toEnforce } = words;
  return (
    <section>
      <h2>{refused.heading}</h2>
      <p className="soft">{refused.intro}</p>
      {all !== null && all.total > 0 && <p>{refused.total(number(all.total))}</p>}
      <PagedTable
        paged={paged}
        caption={refused.heading}
        keyOf={({ subject }) => subject}
        empty={refused.none}
        columns={[
          {
            id: 'name',
            heading: refused.columns.name,
            isRowHeading: true,
            cell: (row) => <bdi>{nameOf(whoOf(row), names.get(keyOf(whoOf(row))))}</bdi>,
          },
          { id: 'count', heading: refused.columns.count, isNumber: true, cell: ({ count }) => number(count) },
          { id: 'last', heading: refused.columns.last, cell: ({ lastAt }) => ago(lastAt) },
          { id: 'hooks', heading: refused.columns.hooks, cell: ({ hooks }) => <bdi>{hooks.join(', ')}</bdi> },
        ]}
      />
      {all?.unnamed.map(({ code, count }) => (
        <p key={code} className="note warn">
          {refused.unnamed(number(count), code)}
        </p>
      ))}
      {onSwitched !== null && all !== null && (
        <SureButton
          label={toEnforce.label}
          title={toEnforce.title(id)}
          nobody={words.nobody}
          sure={toEnforce.sure}
          onConfirm={async (isSure) => {
            await call(switchMode(id, 'enforce', isSure));
            onSwitched();
          }}
        >
          <p>
            <b>{toEnforce.count(number(all.total))}</b>
          </p>
          <p>{toEnforce.text}</p>
          {mode.file === 'shadow' && <p>{toEnforce.file}</p>}
        </SureButton>
      )}
    </section>
  );
}
