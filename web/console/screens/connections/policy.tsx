import { useActing } from '../../frame/acting.js';
import { useFormats } from '../../frame/words.js';
import { ConfirmButton } from '../../parts/confirm.js';
import { Facts } from '../../parts/told.js';
import type { ConnectionsWords } from './messages/connections-words.js';
import { type Connection, switchMode } from './requests.js';

/** Active mode with its source, policy, and switch back to shadow. */
export function PolicyInForce({
  words,
  connection: { id, mode, policy },
  onSwitched,
}: {
  readonly words: ConnectionsWords;
  readonly connection: Connection;
  /** `null`: not permitted. */
  readonly onSwitched: (() => void) | null;
}) {
  const { call } = useActing();
  const { instant, number } = useFormats();
  const { policy: named, toShadow } = words;
  const { switched } = mode;
  return (
    <section>
      <h2>{named.heading}</h2>
      <Facts
        rows={[
          [named.inForce, <b key="mode">{words.modes[mode.inForce]}</b>],
          [named.file, words.modes[mode.file]],
          ...(switched === null ? [] : [[named.switched, named.by(switched.by, instant(switched.at))] as const]),
          [named.accuracy, number(policy.accuracy)],
          [named.scope, <bdi key="scope">{policy.scope}</bdi>],
          [named.liveness, named.livenesses[policy.liveness]],
          [named.userSecret, named.userSecrets[policy.userSecret]],
          [named.whenNotEnrolled, named.notEnrolled[policy.whenNotEnrolled]],
          [named.whenUnverified, named.unverified[policy.whenUnverified]],
          [named.whenUnavailable, named.unverified[policy.whenUnavailable]],
          [named.freshness, named.seconds(number(policy.freshnessSec))],
          [named.enrolment, policy.enrolmentDays === null ? named.endless : named.days(number(policy.enrolmentDays))],
        ]}
      />
      {mode.inForce === 'enforce' && onSwitched !== null && (
        <ConfirmButton
          label={toShadow.label}
          title={toShadow.title(id)}
          action={toShadow.label}
          onConfirm={async () => {
            await call(switchMode(id, 'shadow', false));
            onSwitched();
          }}
        >
          <p>{toShadow.text}</p>
        </ConfirmButton>
      )}
    </section>
  );
}
