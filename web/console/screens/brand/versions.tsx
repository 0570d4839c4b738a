import { useFormats } from '../../frame/words.js';
import { ConfirmButton } from '../../parts/confirm.js';
import { Section } from '../../parts/layout.js';
import { Table } from '../../parts/table.js';
import type { InForce } from './requests.js';
import { useTexts } from './texts.js';

export function Versions({
  inForce,
  onApply,
}: {
  readonly inForce: InForce;
  readonly onApply: (digest: string) => Promise<void>;
}) {
  const { versions, apply } = useTexts();
  const { instant } = useFormats();
  return (
    <Section heading={versions.heading}>
      <Table
        caption={versions.heading}
        rows={inForce.versions}
        keyOf={({ digest }) => digest}
        empty={versions.none}
        headings={versions}
        columns={[
          { id: 'at', isRowHeading: true, cell: ({ at }) => instant(at) },
          { id: 'by', cell: ({ by }) => <bdi>{by}</bdi> },
          { id: 'organisation', cell: ({ organisation }) => <bdi>{organisation}</bdi> },
          {
            id: 'actions',
            cell: ({ digest, at }) =>
              digest === inForce.digest ? (
                versions.now
              ) : (
                <ConfirmButton
                  label={apply.label}
                  about={instant(at)}
                  title={apply.title}
                  onConfirm={() => onApply(digest)}
                  text={apply.text}
                />
              ),
          },
        ]}
      />
      {inForce.digest !== null && (
        <ConfirmButton
          label={apply.none}
          title={`${apply.none}?`}
          isGrave
          onConfirm={() => onApply('')}
          text={apply.noneText}
        />
      )}
    </Section>
  );
}
