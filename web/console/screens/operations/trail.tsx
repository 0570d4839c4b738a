import { useActing, useLoaded, useMay } from '../../frame/acting.js';
import { Refusal } from '../../frame/call.js';
import { useFormats } from '../../frame/words.js';
import { ActForm } from '../../parts/form.js';
import { Await, Done, Problem, Progress, Section } from '../../parts/state.js';
import { Facts } from '../../parts/told.js';
import { readTrail, type Verification, verifyTrail } from './requests.js';
import { useTexts } from './texts.js';

export function Trail() {
  const words = useTexts().audit;
  const { call } = useActing();
  const { ago, instant } = useFormats();
  const mayVerify = useMay('audit');
  const trail = useLoaded(readTrail, ({ verification }) => verification?.state === 'under_way' && 1000);
  return (
    <Section heading={words.heading}>
      <Await loaded={trail}>
        {({ verification, head: { signedAt, waitingSec } }) => (
          <>
            {waitingSec >= 60 && (
              <p className="note warn">
                {words.waiting({ since: ago(new Date(Date.now() - waitingSec * 1000).toISOString()) })}
              </p>
            )}
            <Facts
              rows={[
                [words.head, signedAt === null ? words.neverSigned : `${ago(signedAt)} (${instant(signedAt)})`],
                [words.last, verification === null ? words.never : instant(verification.startedAt)],
                ...(verification === null ? [] : [[words.by, <bdi key="by">{verification.by}</bdi>] as const]),
              ]}
            />
            {verification !== null && <Outcome verification={verification} />}
            {mayVerify && verification?.state !== 'under_way' && (
              <ActForm submit={words.verify} onSubmit={() => call(verifyTrail).then(trail.reload)} />
            )}
          </>
        )}
      </Await>
    </Section>
  );
}

function Outcome({ verification }: { readonly verification: Verification }) {
  const words = useTexts().audit;
  const { number, size } = useFormats();
  const { state, outcome, failed, bytesRead, bytesInAll } = verification;
  const tampering = outcome?.tampering ?? null;
  switch (state) {
    case 'under_way':
      return (
        <Progress
          label={words.progress}
          text={words.read({ read: size(bytesRead), all: size(bytesInAll) })}
          value={bytesRead}
          most={bytesInAll}
        />
      );
    case 'sound':
      return (
        <Done>
          {outcome !== null &&
            words.sound({ first: number(outcome.firstSequence), last: number(outcome.lastSequence) })}{' '}
          {outcome !== null && words.heads({ count: number(outcome.heads) })}
        </Done>
      );
    case 'unsound':
      return (
        <div className="note bad" role="alert">
          <p>{tampering === null ? words.headsWrong : words.tampered[tampering.kind]}</p>
          {tampering !== null && (
            <p>
              {words.record({ sequence: number(tampering.sequence) })}{' '}
              {tampering.file !== null &&
                tampering.line !== null &&
                words.place({ file: tampering.file, line: number(tampering.line) })}
            </p>
          )}
          <p>{words.unsound}</p>
        </div>
      );
    case 'failed':
      return (
        <>
          <p>{words.failed}</p>
          <Problem refusal={new Refusal(failed ?? 'unreadable', null)} />
        </>
      );
    case 'broken_off':
      return <p className="note warn">{words.brokenOff}</p>;
  }
}
