import type { ReactNode } from 'react';
import { useLoaded } from '../../frame/acting.js';
import { useFormats } from '../../frame/words.js';
import { ConfirmButton } from '../../parts/confirm.js';
import { Lines } from '../../parts/shown-once.js';
import { Await, Empty, Section } from '../../parts/state.js';
import { Facts } from '../../parts/told.js';
import { toConfigurationLines } from './configuration-file.js';
import { type Applied, type Connection, listSecrets, type Secret, type SecretAge } from './requests.js';
import { useTexts } from './texts.js';

interface Given {
  readonly connection: Connection;
  readonly begin: (what: Applied, isSure: boolean) => Promise<void>;
  readonly progress: ReactNode;
}

export function Secrets(given: Given) {
  const { secrets: words } = useTexts();
  const listed = useLoaded(listSecrets(given.connection.id));
  return (
    <Await loaded={listed}>
      {({ secrets }) => (
        <Section heading={words.heading}>
          {secrets.length === 0 && <Empty>{words.none}</Empty>}
          {secrets.map((secret) => (
            <OneSecret key={secret.setting} {...given} secret={secret} />
          ))}
          {given.progress}
        </Section>
      )}
    </Await>
  );
}

function OneSecret({ connection: { id }, begin, secret }: Given & { readonly secret: Secret }) {
  const words = useTexts();
  const { ago, instant } = useFormats();
  const { secrets: named } = words;
  const { setting, previousSetting, isPreviousTaken, isPushed, current, previous } = secret;
  const toText = ({ since, usedAt }: SecretAge): string =>
    [
      named.since({ when: instant(since), ago: ago(since) }),
      usedAt === null ? named.unused : named.used({ when: instant(usedAt), ago: ago(usedAt) }),
    ].join('\n');
  return (
    <>
      <h3>
        <code>{setting}</code>
      </h3>
      <Facts
        rows={[
          [named.current, toText(current)],
          [named.previous, previous === null ? named.notAccepted : toText(previous)],
        ]}
      />
      <h3>{isPreviousTaken ? named.resume : named.rotate}</h3>
      <ol className="lines" start={isPreviousTaken ? 4 : 1}>
        {!isPreviousTaken && (
          <>
            <li>
              {named.create}
              <Lines label={named.command} text="openssl rand -base64 32" />
            </li>
            <li>
              {named.configure({ id })}
              <Lines
                label={named.line}
                text={toConfigurationLines([
                  [setting, named.newSecret],
                  [previousSetting, named.oldSecret],
                ])}
              />
            </li>
            <li>
              {named.reload}
              <Lines label={named.command} text="facestep reload" />
            </li>
          </>
        )}
        <li>
          {isPushed ? (
            <>
              {named.push}
              <Lines label={named.command} text={`facestep provision ${id} --apply --push-secrets`} />
              <ConfirmButton
                label={named.pushLabel}
                title={named.pushTitle}
                insist={{ warning: words.nobody, action: named.sure }}
                onConfirm={(isSure) => begin({ pushSecrets: true }, isSure)}
                text={named.pushText}
              />
            </>
          ) : (
            named.deploy
          )}
        </li>
        <li>
          {named.remove} <code>{previousSetting}</code>
        </li>
      </ol>
    </>
  );
}
