import { useState } from 'react';
import { useMay } from '../../frame/acting.js';
import { useFormats } from '../../frame/words.js';
import { Table } from '../../parts/table.js';
import { ToldResult } from '../../parts/told.js';
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
        headings={columns}
        columns={[
          { id: 'name', isRowHeading: true, cell: ({ version }) => words.version(number(version)) },
          {
            id: 'state',
            cell: ({ isCurrent, problem }) => <KeyState state={isCurrent ? 'seals' : 'opens'} problem={problem} />,
          },
          {
            id: 'made',
            cell: ({ madeAt }) => (madeAt === null ? words.unknown : `${ago(madeAt)} (${instant(madeAt)})`),
          },
          { id: 'tokens', isNumber: true, cell: ({ tokens }) => number(tokens) },
          mayRetire &&
            rows.some(({ isCurrent }) => !isCurrent) && {
              id: 'actions',
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
        ]}
      />
      {retired !== null && <ToldResult result={retired} />}
    </>
  );
}
