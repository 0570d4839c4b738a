import { useState } from 'react';
import { loadTexts } from '../../../../locales/compiled/console/administrators/load.js';
import type { AddedAdministratorReply, AdministratorsReply } from '../../../../src/access/administrator-replies.js';
import { useLoaded, useMay, useSessionActions } from '../../frame/acting.js';
import { get, post, remove } from '../../frame/call.js';
import { roles } from '../../frame/session.js';
import { defineTexts, useFormats, useWords } from '../../frame/words.js';
import { ConfirmButton } from '../../parts/confirm.js';
import { ActForm, Field, Select } from '../../parts/form.js';
import { ShownOnce } from '../../parts/shown-once.js';
import { Section } from '../../parts/state.js';
import { LoadedTable } from '../../parts/table.js';

const { defineScreen, useTexts } = defineTexts(loadTexts);

export const screen = defineScreen(function Administrators() {
  const words = useTexts();
  const frame = useWords();
  const { day } = useFormats();
  const { call } = useSessionActions();
  const mayChange = useMay('configure');
  const listed = useLoaded(get<AdministratorsReply>('/v1/administrators'));
  const { columns } = words;
  return (
    <>
      <h1>{words.heading}</h1>
      <p className="soft">{words.intro}</p>
      <LoadedTable
        loaded={listed}
        caption={words.heading}
        rowsOf={({ administrators }) => administrators}
        keyOf={({ name }) => name}
        empty={words.none}
        headings={columns}
        columns={[
          { id: 'name', isRowHeading: true, cell: ({ name }) => <bdi>{name}</bdi> },
          { id: 'role', cell: ({ role }) => frame.roles[role] },
          { id: 'added', cell: ({ addedAt }) => (addedAt === null ? words.always : day(addedAt.slice(0, 10))) },
          { id: 'expires', cell: ({ expiresAt }) => (expiresAt === null ? words.never : day(expiresAt.slice(0, 10))) },
          mayChange && {
            id: 'actions',
            cell: ({ name, addedAt }: AdministratorsReply['administrators'][number]) =>
              addedAt === null ? (
                words.stays
              ) : (
                <ConfirmButton
                  {...words.remove}
                  about={name}
                  title={words.remove.title({ name })}
                  isGrave
                  onConfirm={() => call(remove(`/v1/administrators/${encodeURIComponent(name)}`)).then(listed.reload)}
                />
              ),
          },
        ]}
      />
      {mayChange && <AddAdministrator onAdded={listed.reload} />}
    </>
  );
});

const secondsPerDay = 86_400;

function AddAdministrator({ onAdded }: { readonly onAdded: () => void }) {
  const frame = useWords();
  const { call } = useSessionActions();
  const { add } = useTexts();
  const [added, setAdded] = useState<{ readonly name: string; readonly key: string } | null>(null);
  return (
    <Section heading={add.heading}>
      {added !== null && <ShownOnce label={add.keyOf({ name: added.name })} value={added.key} note={add.once} />}
      <ActForm
        submit={add.submit}
        onSubmit={async (fields) => {
          const days = Number(fields.get('days'));
          const body = { name: String(fields.get('name')), role: String(fields.get('role')) };
          const expiresIn = days > 0 ? days * secondsPerDay : undefined;
          setAdded(await call(post<AddedAdministratorReply>('/v1/administrators', { ...body, expiresIn })));
          onAdded();
        }}
      >
        <Field name="name" label={add.name} hint={add.nameHint} isRequired pattern="[\w.@\-]+" maxLength={64} />
        <Select
          name="role"
          label={add.role}
          initial="help-desk"
          options={roles.map((role) => ({ value: role, label: `${frame.roles[role]}: ${add.roleHints[role]}` }))}
        />
        <Field name="days" label={add.days} hint={add.daysHint} type="number" min={1} max={366} />
      </ActForm>
    </Section>
  );
}
