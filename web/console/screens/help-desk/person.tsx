import type { ReactNode } from 'react';
import { useLoaded } from '../../frame/acting.js';
import { Link, useParameter, usePath } from '../../frame/router.js';
import { useLanguage } from '../../frame/words.js';
import { nameIn, useNames as useNamesOf } from '../../ledger/names.js';
import { type Connection, listConnections, type Who as Subject } from '../../ledger/requests.js';
import { Field, LanguageSelect, Select, toOptions } from '../../parts/form.js';
import { Await, Empty } from '../../parts/state.js';
import { useTexts } from './texts.js';

export function useNames(people: readonly Subject[]): (who: Subject) => string {
  const names = useNamesOf(people);
  return (who) => nameIn(names, who);
}

export type Offered = (connection: Connection) => boolean;

/** Fields for the user; hidden if the address names one. */
export function PersonFields({ isOffered = () => true }: { readonly isOffered?: Offered }) {
  const path = usePath();
  const connection = useParameter('connection');
  const subject = useParameter('subject');
  const words = useTexts().person;
  if (connection !== null && subject !== null) return <Given who={{ connection, subject }} path={path} />;
  return (
    <WithConnection isOffered={isOffered}>
      <Field name="login" label={words.login} hint={words.loginHint} isRequired maxLength={256} />
    </WithConnection>
  );
}

function Given({ who, path }: { readonly who: Subject; readonly path: string }) {
  const words = useTexts().person;
  const nameOf = useNames([who]);
  return (
    <>
      <p>
        <strong>
          <bdi>{nameOf(who)}</bdi>
        </strong>{' '}
        (<bdi>{who.connection}</bdi>) <Link to={path}>{words.another}</Link>
      </p>
      <input type="hidden" name="connection" value={who.connection} />
      <input type="hidden" name="subject" value={who.subject} />
    </>
  );
}

/** Fields and the choice of a connection. They are shown together, so that no form is sent without a connection. */
export function WithConnection({
  isOffered = () => true,
  children,
}: {
  readonly isOffered?: Offered;
  readonly children: ReactNode;
}) {
  const words = useTexts().person;
  const listed = useLoaded(listConnections);
  return (
    <Await loaded={listed}>
      {({ connections }) =>
        connections.some(isOffered) ? (
          <>
            {children}
            <Select
              name="connection"
              label={words.connection}
              options={connections.filter(isOffered).map(({ id }) => ({ value: id, label: id }))}
            />
          </>
        ) : (
          <Empty>{words.noConnection}</Empty>
        )
      }
    </Await>
  );
}

/** Fields for the channel and the language of a link. */
export function SendFields() {
  const { calls } = useTexts();
  return (
    <>
      <Select name="send" label={calls.send} options={toOptions(calls.ways, ['email', 'sms', 'none'])} />
      <LanguageSelect label={calls.language} initial={useLanguage()} />
    </>
  );
}

export function readWho(fields: FormData) {
  const connection = String(fields.get('connection'));
  const subject = fields.get('subject');
  if (subject !== null) return { connection, subject: String(subject) };
  return { connection, login: String(fields.get('login')).trim() };
}
