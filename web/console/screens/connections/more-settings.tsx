import { Facts } from '../../parts/server-text.js';
import { type Connection, useTexts } from './requests.js';

/** Settings with a row of their own on the page of the policy. */
const named = new Set([
  'mode',
  'accuracy',
  'scope',
  'liveness',
  'userSecret',
  'whenNotEnrolled',
  'whenUnverified',
  'whenUnavailable',
  'freshnessSec',
  'enrolmentDays',
  'replaceFace',
  'anotherWay',
  'fallbackUrl',
  'notices',
  'helpDesk',
  'handOff',
  'returnUrls',
]);

/** Lists the other settings of a policy as in the configuration file. */
export function MoreSettings({ policy }: { readonly policy: Connection['policy'] }) {
  const { moreSettings: words } = useTexts();
  return (
    <details>
      <summary>{words.heading}</summary>
      <p className="soft">{words.intro}</p>
      <Facts
        rows={policy.settings
          .filter(({ setting }) => !named.has(setting))
          .map(({ setting, value }) => [setting, <code key={setting}>{value}</code>])}
      />
    </details>
  );
}
