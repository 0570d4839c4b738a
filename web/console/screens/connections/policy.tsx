import type { ReactNode } from 'react';
import { useFormats } from '../../frame/words.js';
import { Section } from '../../parts/state.js';
import { Facts } from '../../parts/told.js';
import { ModeInFile } from './configuration-file.js';
import type { Connection } from './requests.js';
import { useTexts } from './texts.js';

export function PolicyInForce({ connection }: { readonly connection: Connection }) {
  const words = useTexts();
  const { id, mode, policy } = connection;
  const { instant, number } = useFormats();
  const { policy: named } = words;
  const { switched } = mode;
  const set = (setting: string, value: ReactNode): ReactNode => (
    <>
      {value} <code className="line soft">{setting}</code>
    </>
  );
  const { bypass } = policy;
  return (
    <Section heading={named.heading} intro={words.configurationFile.settings({ id })}>
      <ModeInFile connection={connection} />
      <Facts
        rows={[
          [named.inForce, <b key="mode">{words.modes[mode.inForce]}</b>],
          [named.file, set('mode', words.modes[mode.file])],
          ...(switched === null
            ? []
            : [[named.switched, named.by({ name: switched.by, when: instant(switched.at) })] as const]),
          [named.accuracy, set('accuracy', number(policy.accuracy))],
          [named.scope, set('scope', <bdi>{policy.scope}</bdi>)],
          [named.liveness, set('liveness', named.livenesses[policy.liveness])],
          [named.userSecret, set('userSecret', named.userSecrets[policy.userSecret])],
          [named.whenNotEnrolled, set('whenNotEnrolled', named.notEnrolled[policy.whenNotEnrolled])],
          [named.whenUnverified, set('whenUnverified', named.unverified[policy.whenUnverified])],
          [named.whenUnavailable, set('whenUnavailable', named.unverified[policy.whenUnavailable])],
          [named.freshness, set('freshnessSec', named.seconds({ count: number(policy.freshnessSec) }))],
          [
            named.enrolment,
            set(
              'enrolmentDays',
              policy.enrolmentDays === null ? named.endless : named.days({ count: number(policy.enrolmentDays) }),
            ),
          ],
          [
            named.bypass,
            set(
              'bypass',
              bypass === null
                ? named.noBypass
                : named.bypassUpTo({ minutes: number(bypass.minutes), approvals: number(bypass.approvals) }),
            ),
          ],
        ]}
      />
    </Section>
  );
}
