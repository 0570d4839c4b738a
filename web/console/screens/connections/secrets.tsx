import type { ReactNode } from 'react';
import { useLoaded } from '../../frame/acting.js';
import { Await, Empty } from '../../parts/state.js';
import { Told } from '../../parts/told.js';
import type { ConnectionsWords } from './messages/connections-words.js';
import { type Applied, type Connection, listSecrets } from './requests.js';
import { SureButton } from './sure-button.js';

/** Rotation of secrets, and pushing them to the provider again. */
export function Secrets({
  words,
  connection: { id },
  begin,
  progress,
}: {
  readonly words: ConnectionsWords;
  readonly connection: Connection;
  readonly begin: (what: Applied, isSure: boolean) => Promise<void>;
  readonly progress: ReactNode;
}) {
  const listed = useLoaded(listSecrets(id));
  const { secrets: named } = words;
  return (
    <section>
      <h2>{named.heading}</h2>
      <p className="soft">{named.intro}</p>
      <Await loaded={listed}>
        {({ secrets }) =>
          secrets.length === 0 ? (
            <Empty>{named.none}</Empty>
          ) : (
            <>
              {secrets.map(({ setting, isPreviousTaken, words: lines }) => (
                <div key={setting}>
                  <h3>
                    <code>{setting}</code>
                  </h3>
                  <p>{isPreviousTaken ? named.taken : named.notTaken}</p>
                  <ol className="lines">
                    {lines.map((line) => (
                      <li key={line}>
                        <Told>{line}</Told>
                      </li>
                    ))}
                  </ol>
                </div>
              ))}
              <SureButton
                label={named.push}
                title={named.pushTitle}
                nobody={words.nobody}
                sure={named.sure}
                onConfirm={(isSure) => begin({ pushSecrets: true }, isSure)}
              >
                <p>{named.pushText}</p>
              </SureButton>
              {progress}
            </>
          )
        }
      </Await>
    </section>
  );
}
