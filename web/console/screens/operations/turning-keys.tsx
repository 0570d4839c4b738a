import { useState } from 'react';
import { useActing, useMay } from '../../frame/acting.js';
import { useFormats } from '../../frame/words.js';
import { ConfirmButton } from '../../parts/confirm.js';
import { Table } from '../../parts/table.js';
import { ToldLines } from '../../parts/told.js';
import { KeyState } from './key-state.js';
import { retireSigningKey, type TurningKey } from './requests.js';
import { useTexts } from './texts.js';

export function TurningKeys({
  use,
  rows,
  onChanged,
}: {
  readonly use: 'signing' | 'oidc';
  readonly rows: readonly TurningKey[];
  readonly onChanged: () => void;
}) {
  const words = useTexts().keys;
  const { call } = useActing();
  const { ago, instant } = useFormats();
  const mayRetire = useMay('operate') && use === 'signing';
  const [told, setTold] = useState<{ readonly isDone: boolean; readonly words: readonly string[] } | null>(null);
  const { columns, retire, uses } = words;
  const stateOf = ({ isSigning, signsFrom }: TurningKey) => {
    if (isSigning) return 'signs';
    return signsFrom !== null && Date.parse(signsFrom) > Date.now() ? 'waits' : 'past';
  };
  return (
    <>
      <Table
        caption={uses[use]}
        rows={rows}
        keyOf={({ name }) => name}
        empty={words.none}
        columns={[
          { id: 'name', heading: columns.name, isRowHeading: true, cell: ({ name }) => <code>{name}</code> },
          {
            id: 'state',
            heading: columns.state,
            cell: (row) => <KeyState state={stateOf(row)} problem={row.problem} />,
          },
          {
            id: 'from',
            heading: columns.from,
            cell: ({ signsFrom }) => (signsFrom === null ? words.unknown : `${ago(signsFrom)} (${instant(signsFrom)})`),
          },
          {
            id: 'until',
            heading: columns.until,
            cell: ({ signsUntil }) => (signsUntil === null ? words.unknown : instant(signsUntil)),
          },
          ...(mayRetire && rows.some(({ isSigning }) => !isSigning)
            ? [
                {
                  id: 'actions',
                  heading: columns.actions,
                  cell: ({ name, isSigning }: TurningKey) =>
                    isSigning ? null : (
                      <ConfirmButton
                        label={retire.label}
                        about={name}
                        title={retire.title(name)}
                        isGrave
                        onConfirm={async () => {
                          setTold(await call(retireSigningKey(name)));
                          onChanged();
                        }}
                        text={retire.signing}
                      />
                    ),
                },
              ]
            : []),
        ]}
      />
      {told !== null && (
        <div className={told.isDone ? 'note good' : 'note warn'} role="status">
          <ToldLines lines={told.words} />
        </div>
      )}
    </>
  );
}
