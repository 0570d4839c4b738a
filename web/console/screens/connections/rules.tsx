import { useState } from 'react';
import type { RulesReply, RuleTestReply } from '../../../../src/connections/rule-replies.js';
import { useLoaded, useSessionActions } from '../../frame/acting.js';
import { get, post } from '../../frame/call.js';
import { textIn, useFormats } from '../../frame/words.js';
import { ActForm, Field, Select } from '../../parts/form.js';
import { Await, Section } from '../../parts/state.js';
import { Table } from '../../parts/table.js';
import { type Connection, pathOf, useTexts } from './requests.js';

/** Shows the active rules with their effect, and finds the rule for one sign-in. */
export function Rules({ connection: { id } }: { readonly connection: Connection }) {
  const { rules: words, refused, modeNames } = useTexts();
  const { instant, number } = useFormats();
  const loaded = useLoaded(get<RulesReply>(pathOf(id, 'rules'), { days: 30 }));
  const describe = ({ when }: RulesReply['rules'][number]): string =>
    Object.entries(when)
      .map(([name, values]) => `${textIn(words.conditions, name) ?? name}: ${values.join(', ')}`)
      .join('; ') || words.always;
  return (
    <Await loaded={loaded}>
      {({ rules, mode, since, replicasCounting }) => (
        <Section heading={words.heading} intro={words.intro({ mode: modeNames[mode] })}>
          <Table
            caption={words.heading}
            rows={rules}
            keyOf={({ name }) => name}
            empty={words.none}
            headings={words.columns}
            columns={[
              { id: 'name', isRowHeading: true, cell: ({ name }) => <bdi>{name}</bdi> },
              { id: 'when', isWide: true, cell: (rule) => <bdi>{describe(rule)}</bdi> },
              { id: 'outcome', cell: ({ outcome }) => words.outcomes[outcome] },
              { id: 'mode', cell: (rule) => modeNames[rule.mode] },
              { id: 'signIns', isNumber: true, cell: ({ effect }) => number(effect.signIns) },
              { id: 'refused', isNumber: true, cell: ({ effect }) => number(effect.refused) },
              { id: 'people', isNumber: true, cell: ({ effect }) => number(effect.peopleRefused) },
            ]}
          />
          {replicasCounting > 0 && <p className="note warn">{refused.counting({ count: number(replicasCounting) })}</p>}
          {rules.length > 0 && <p className="fine soft">{words.counted({ since: instant(since) })}</p>}
          {rules.length > 0 && <RuleTest id={id} />}
        </Section>
      )}
    </Await>
  );
}

function RuleTest({ id }: { readonly id: string }) {
  const { rules: words, modeNames } = useTexts();
  const { test } = words;
  const { call } = useSessionActions();
  const [found, setFound] = useState<RuleTestReply | null>(null);
  return (
    <>
      <h3>{test.heading}</h3>
      <ActForm
        submit={test.submit}
        onSubmit={async (fields) => {
          setFound(null);
          const textOf = (name: string): string | undefined => String(fields.get(name) ?? '').trim() || undefined;
          const query = { user: textOf('user'), application: textOf('application'), address: textOf('address') };
          setFound(await call(post<RuleTestReply>(pathOf(id, 'rules/test'), { ...query, device: textOf('device') })));
        }}
      >
        <Field name="user" label={test.user} isRequired maxLength={256} />
        <Field name="application" label={test.application} maxLength={256} />
        <Field name="address" label={test.address} maxLength={45} />
        <Select
          name="device"
          label={test.device}
          options={[
            { value: '', label: test.devices.unknown },
            { value: 'phone', label: test.devices.phone },
            { value: 'computer', label: test.devices.computer },
          ]}
        />
      </ActForm>
      {found !== null && (
        <div className="note" role="status">
          <p>
            <b>
              {found.rule === null
                ? test.byPolicy({ outcome: test.outcomes[found.outcome], mode: modeNames[found.mode] })
                : test.byRule({ outcome: test.outcomes[found.outcome], rule: found.rule })}
            </b>
          </p>
          {found.watched !== null && (
            <p>{test.watched({ rule: found.watched.rule, outcome: test.outcomes[found.watched.outcome] })}</p>
          )}
          <ul>
            {found.rules.map(({ name, match, conditions }) => (
              <li key={name}>
                <bdi>{name}</bdi>: {test.matches[match]}{' '}
                {conditions.length > 0 &&
                  `(${conditions.map((each) => `${textIn(words.conditions, each.name) ?? each.name}: ${test.truths[each.truth]}`).join(', ')})`}
              </li>
            ))}
          </ul>
        </div>
      )}
    </>
  );
}
