import { useState } from 'react';
import type { Texts as ApplicationsWords } from '../../../../locales/compiled/console/applications/texts.js';
import { useLoaded, useSessionActions } from '../../frame/acting.js';
import { useFormats } from '../../frame/words.js';
import { ConfirmButton } from '../../parts/confirm.js';
import { ActForm, NumberField, Select, toOptions } from '../../parts/form.js';
import { ShownOnce } from '../../parts/shown-once.js';
import { Section } from '../../parts/state.js';
import { LoadedTable } from '../../parts/table.js';
import { issueKey, type Key, listKeys, revokeKey } from './requests.js';

const replays = ['step_ups', 'all', 'none'] as const;

const secondsPerDay = 86_400;

/**
 * Lists the API keys of an application without their secrets. The secret of a new key is shown once.
 * @param props.path - path of the application
 */
export function Keys({
  words: { keys },
  path,
  mayChange,
  asksLife,
}: {
  readonly words: Pick<ApplicationsWords, 'keys'>;
  readonly path: string;
  readonly mayChange: boolean;
  readonly asksLife: boolean;
}) {
  const { call } = useSessionActions();
  const { day } = useFormats();
  const listed = useLoaded(listKeys(path));
  const [issued, setIssued] = useState<string | null>(null);
  // A revoked key must not be copied any more.
  const hasNone = listed.state === 'loaded' && listed.value.keys.length === 0;
  return (
    <Section heading={keys.heading}>
      <LoadedTable
        loaded={listed}
        caption={keys.heading}
        rowsOf={({ keys }) => keys}
        keyOf={(key) => key.id}
        empty={keys.none}
        headings={keys}
        columns={[
          { id: 'id', isRowHeading: true, cell: (key) => <code>{key.id}</code> },
          { id: 'scopes', cell: ({ scopes }) => scopes.join(', ') },
          { id: 'expires', cell: ({ expiresAt }) => day(expiresAt.slice(0, 10)) },
          { id: 'lastUsed', cell: ({ lastUsed }) => (lastUsed === null ? keys.never : day(lastUsed)) },
          mayChange && {
            id: 'actions',
            cell: ({ id }: Key) => (
              <ConfirmButton
                label={keys.revoke}
                about={id}
                title={keys.revokeTitle({ id })}
                isGrave
                onConfirm={() => call(revokeKey(path, id)).then(listed.reload)}
                text={keys.revokeText}
              />
            ),
          },
        ]}
      />
      {issued !== null && !hasNone && <ShownOnce label={keys.issued} value={issued} note={keys.once} />}
      {mayChange && (
        <ActForm
          submit={keys.issue}
          onSubmit={async (fields) => {
            const terms = {
              expiresIn: Number(fields.get('days')) * secondsPerDay,
              compat: fields.get('compat') === 'facenition' ? 'facenition' : null,
              replay: replays.find((each) => each === fields.get('replay')) ?? 'step_ups',
            } as const;
            const { token } = await call(issueKey(path, asksLife ? terms : undefined));
            setIssued(token);
            listed.reload();
          }}
        >
          {asksLife && <NumberField name="days" label={keys.days} min={1} max={366} initial={90} />}
          {asksLife && (
            <Select name="compat" label={keys.compat} options={toOptions(keys.compats, ['none', 'facenition'])} />
          )}
          {asksLife && <Select name="replay" label={keys.replay} options={toOptions(keys.replays, replays)} />}
        </ActForm>
      )}
    </Section>
  );
}
