import { useState } from 'react';
import { useMay } from '../../frame/acting.js';
import { useFormats } from '../../frame/words.js';
import { Table } from '../../parts/table.js';
import { ToldLines } from '../../parts/told.js';
import { KeyState } from './key-state.js';
import type { SealingKey } from './requests.js';
import { type Retired, RetireVersion } from './retire-version.js';
import { useTexts } from './texts.js';

export function SealingKeys({
  rows,
  onChanged,
}: {
  readonly rows: readonly SealingKey[];
  readonly onChanged: () => void;
}) {
  const words = useTexts().keys;
  const { ago, instant, number } = useFormats();
  const mayRetire = useMay('operate');
  const [retired, setRetired] = useState<Retired | null>(null);
  const { columns } = words;
  return (
    <>
      <Table
        caption={words.uses.sealing}
        rows={rows}
        keyOf={({ version }) => String(version)}
        empty={words.none}
        columns={[
          {
            id: 'name',
            heading: columns.name,
            isRowHeading: true,
            cell: ({ version }) => words.version(number(version)),
          },
          {
            id: 'state',
            heading: columns.state,
            cell: ({ isCurrent, problem }) => <KeyState state={isCurrent ? 'seals' : 'opens'} problem={problem} />,
          },
          {
            id: 'made',
            heading: columns.made,
            cell: ({ madeAt }) => (madeAt === null ? words.unknown : `${ago(madeAt)} (${instant(madeAt)})`),
          },
          { id: 'tokens', heading: columns.tokens, isNumber: true, cell: ({ tokens }) => number(tokens) },
          ...(mayRetire && rows.some(({ isCurrent }) => !isCurrent)
            ? [
                {
                  id: 'actions',
                  heading: columns.actions,
                  cell: ({ version, isCurrent }: SealingKey) =>
                    isCurrent ? null : (
                      <RetireVersion
                        version={version}
                        onRetired={(told) => {
                          setRetired(told);
                          onChanged();
                        }}
                      />
                    ),
                },
              ]
            : []),
        ]}
      />
      {retired !== null && (
        <div className={retired.isDone ? 'note good' : 'note warn'} role="status">
          <ToldLines lines={retired.words} />
        </div>
      )}
    </>
  );
}
