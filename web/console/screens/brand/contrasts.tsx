import type { CheckedBrandReply } from '../../../../src/brand/replies.js';
import { useFormats } from '../../frame/words.js';
import { QuietButton } from '../../parts/state.js';
import { Table } from '../../parts/table.js';
import { type ColourName, colourNames, useTexts } from './texts.js';

type Contrast = CheckedBrandReply['contrasts'][number];

const fieldOf = ({ scheme, colour }: Contrast): ColourName => {
  if (scheme === 'light') return colour;
  return colour === 'accent' ? 'accentDark' : 'groundDark';
};

export function Contrasts({
  contrasts,
  onUse,
}: {
  readonly contrasts: readonly Contrast[];
  readonly onUse: (field: ColourName, colour: string) => void;
}) {
  const { contrast, fields } = useTexts();
  const { number } = useFormats();
  const names = new Map(Object.entries(contrast.names));
  // Only the lowest contrast of each color is reported, because a color that fixes it also fixes the others.
  const low = colourNames.flatMap((field) => {
    const [worst] = contrasts
      .filter((each) => each.nearest !== null && fieldOf(each) === field)
      .sort((a, b) => a.ratio / a.needed - b.ratio / b.needed);
    return worst?.nearest == null ? [] : [{ field, worst, nearest: worst.nearest }];
  });
  return (
    <>
      {low.length === 0 && <p className="note good">{contrast.enough}</p>}
      {low.map(({ field, worst, nearest }) => (
        <div key={field} className="note bad">
          <p>{contrast.low({ what: fields[field], ratio: number(worst.ratio), needed: number(worst.needed) })}</p>
          <QuietButton
            aria-label={`${contrast.use({ colour: nearest })}: ${fields[field]}`}
            onPress={() => onUse(field, nearest)}
          >
            <span className="swatch" style={{ background: nearest }} />
            <bdi>{contrast.use({ colour: nearest })}</bdi>
          </QuietButton>
        </div>
      ))}
      <details>
        <summary>{contrast.all}</summary>
        <Table
          caption={contrast.all}
          rows={contrasts}
          keyOf={(each) => `${fieldOf(each)} ${each.against}`}
          empty={contrast.enough}
          headings={contrast}
          columns={[
            { id: 'colour', isRowHeading: true, cell: (each) => fields[fieldOf(each)] },
            { id: 'against', cell: ({ against }) => names.get(against) ?? against },
            { id: 'ratio', isNumber: true, cell: ({ ratio }) => number(ratio) },
            { id: 'needed', isNumber: true, cell: ({ needed }) => number(needed) },
          ]}
        />
      </details>
    </>
  );
}
