import { useState } from 'react';
import { useActing, useMay } from '../../frame/acting.js';
import { useFormats } from '../../frame/words.js';
import { ConfirmButton } from '../../parts/confirm.js';
import { Table } from '../../parts/table.js';
import { ToldResult } from '../../parts/told.js';
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
        headings={columns}
        columns={[
          { id: 'name', isRowHeading: true, cell: ({ name }) => <code>{name}</code> },
          { id: 'state', cell: (row) => <KeyState state={stateOf(row)} problem={row.problem} /> },
          {
            id: 'from',
            cell: ({ signsFrom }) => (signsFrom === null ? words.unknown : `${ago(signsFrom)} (${instant(signsFrom)})`),
          },
          { id: 'until', cell: ({ signsUntil }) => (signsUntil === null ? words.unknown : instant(signsUntil)) },
          mayRetire &&
            rows.some(({ isSigning }) => !isSigning) && {
              id: 'actions',
              cell: ({ name, isSigning }: TurningKey) =>
                isSigning ? null : (
                  <ConfirmButton
                    label={retire.label}
                    about={name}
                    title={retire.title(name)}
                    isGrave
                    onConfirm={() => call(retireSigningKey(name)).then(setTold).then(onChanged)}
                    text={retire.signing}
                  />
                ),
            },
        ]}
      />
      {told !== null && <ToldResult result={told} />}
    </>
  );
}
