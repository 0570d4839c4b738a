import { hookRequest } from './hooks.js';
import { nextPerson } from './providers.js';
import type { SingleUse } from './single-use.js';
import type { Stage } from './stage.js';
import { issueReceipt, type Victims } from './victims.js';

/** Each sender calls the hook with an event of its own about the same passed face check or receipt. */
export const singleUseOfHooks = (stage: Stage, { tokens: { good: token } }: Victims): readonly SingleUse[] =>
  stage.providers.hooks
    .filter(({ hasBait, receiptSubject }) => hasBait || receiptSubject !== null)
    .map((target) => ({
      endpoint: `POST ${target.path}`,
      weight: 'face',
      mayRepeat: true,
      thing: `what lets the hook ${target.path} grant`,
      async prepare() {
        const person = nextPerson(true);
        const subject = target.receiptSubject?.(person);
        const receipt =
          subject === undefined ? 'none' : await issueReceipt(stage, { connection: target.provider, subject, token });
        return () => hookRequest(target, person, { receipt });
      },
      isWon: target.isGranted,
    }));
