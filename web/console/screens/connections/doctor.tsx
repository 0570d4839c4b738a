import { type Loaded, useActing, useMay } from '../../frame/acting.js';
import { useFormats } from '../../frame/words.js';
import { ActForm } from '../../parts/form.js';
import { Section } from '../../parts/layout.js';
import { Light } from '../../parts/light.js';
import { Await, Done, Note } from '../../parts/state.js';
import { Findings, type Mending } from './findings.js';
import { type Connection, type DoctorReply, examine } from './requests.js';
import { useTexts } from './texts.js';

export type Examined = Loaded<DoctorReply> & { readonly reload: () => void };

export function Doctor({
  connection: { id },
  examined,
  mending,
}: {
  readonly connection: Connection;
  readonly examined: Examined;
  /** Functions that fix findings; `null` if the user may not fix any. */
  readonly mending: Mending | null;
}) {
  const words = useTexts();
  const { call } = useActing();
  const { ago } = useFormats();
  const mayExamine = useMay('operate');
  const { doctor: named } = words;
  return (
    <Section heading={named.heading}>
      <Await loaded={examined}>
        {({ doctor: { isUnderWay, connections } }) => {
          const found = connections.find(({ connection }) => connection === id) ?? null;
          const isAllWell = found?.findings.every(({ light }) => light === 'ok') === true;
          return (
            <>
              {found === null || found.light === null || found.examinedAt === null ? (
                <p>{named.never}</p>
              ) : (
                <>
                  <p>
                    <Light light={found.light}>{words.lights[found.light]}</Light>{' '}
                    <span className="soft">{named.examined(ago(found.examinedAt))}</span>
                  </p>
                  {isAllWell && <Done>{named.allWell}</Done>}
                  <Findings findings={found.findings} mending={mending} />
                </>
              )}
              {mending?.progress}
              {isUnderWay && <Note>{named.underWay}</Note>}
              {mayExamine && !isUnderWay && (
                <ActForm submit={named.examine} onSubmit={() => call(examine(id)).then(examined.reload)} />
              )}
            </>
          );
        }}
      </Await>
    </Section>
  );
}
