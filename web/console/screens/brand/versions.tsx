import { useFormats } from '../../frame/words.js';
import { ConfirmButton } from '../../parts/confirm.js';
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
    <section>
      <h2>{versions.heading}</h2>
      <Table
        caption={versions.heading}
        rows={inForce.versions}
        keyOf={({ digest }) => digest}
        empty={versions.none}
        columns={[
          { id: 'at', heading: versions.at, isRowHeading: true, cell: ({ at }) => instant(at) },
          { id: 'by', heading: versions.by, cell: ({ by }) => <bdi>{by}</bdi> },
          { id: 'organisation', heading: versions.organisation, cell: ({ organisation }) => <bdi>{organisation}</bdi> },
          {
            id: 'actions',
            heading: versions.actions,
            cell: ({ digest, at }) =>
              digest === inForce.digest ? (
                versions.now
              ) : (
                <ConfirmButton
                  label={apply.label}
                  about={instant(at)}
                  title={apply.title}
                  action={apply.label}
                  onConfirm={() => onApply(digest)}
                >
                  <p>{apply.text}</p>
                </ConfirmButton>
              ),
          },
        ]}
      />
      {inForce.digest !== null && (
        <ConfirmButton
          label={apply.none}
          title={`${apply.none}?`}
          action={apply.none}
          isGrave
          onConfirm={() => onApply('')}
        >
          <p>{apply.noneText}</p>
        </ConfirmButton>
      )}
    </section>
  );
}
