import { useState } from 'react';
import type { BrandReply } from '../../../../src/brand/replies.js';
import { useLoaded, useSessionActions } from '../../frame/acting.js';
import { get, post } from '../../frame/call.js';
import { useFormats } from '../../frame/words.js';
import { ConfirmButton } from '../../parts/confirm.js';
import { Await, Done, Section } from '../../parts/state.js';
import { Table } from '../../parts/table.js';
import { Editor } from './editor.js';
import { Preview } from './preview.js';
import { defineScreen, useTexts } from './texts.js';

export const screen = defineScreen(function Brand() {
  const words = useTexts();
  const { call } = useSessionActions();
  const found = useLoaded(get<BrandReply>('/v1/brand'));
  const [isApplied, setApplied] = useState(false);
  /** @param digest - of a draft or version, or empty for the default look */
  const apply = async (digest: string): Promise<void> => {
    await call(post('/v1/brand/apply', { brand: digest }));
    setApplied(true);
    found.reload();
  };
  return (
    <>
      <h1>{words.heading}</h1>
      <p className="soft">{words.intro}</p>
      {isApplied && <Done>{words.applied}</Done>}
      <Await loaded={found}>
        {(inForce) =>
          inForce.source === 'configuration' ? (
            <>
              <p className="note warn">{words.configured}</p>
              {inForce.digest !== null && <Preview page={`/face/preview/${inForce.digest}`} />}
            </>
          ) : (
            <>
              <Editor key={inForce.digest} inForce={inForce} onEdit={() => setApplied(false)} onApply={apply} />
              <Versions inForce={inForce} onApply={apply} />
            </>
          )
        }
      </Await>
    </>
  );
});

export function Versions({
  inForce,
  onApply,
}: {
  readonly inForce: BrandReply;
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
                <ConfirmButton {...apply} about={instant(at)} onConfirm={() => onApply(digest)} />
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
