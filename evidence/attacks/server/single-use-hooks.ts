import { hookAddress } from './providers/provider.js';
import { post, type Request, toJson, toPhotos } from './request.js';
import { nextNumber, type SingleUse } from './single-use.js';
import type { Stage } from './stage.js';
import { issueReceipt, startStepUp, type Victims } from './victims.js';

export function singleUseOfHooks(stage: Stage, victims: Victims): readonly SingleUse[] {
  const { providers } = stage;
  return providers.hooks.flatMap((target): readonly SingleUse[] => {
    const { bait, connection, hook } = target;
    if (bait.kind === 'enrolment') return [];
    const path = hookAddress(target);
    return [
      {
        endpoint: `POST ${path}`,
        weight: 'face',
        mayRepeat: true,
        thing: `what lets the hook ${connection}/${hook} grant`,
        async prepare() {
          const { subject } = bait;
          const token = victims.tokens.good;
          if (bait.kind === 'receipt') {
            const receipt = await issueReceipt(stage, { connection, subject, token });
            return (sender) => signed(sender, receipt);
          }
          const more: { readonly token?: string } = bait.kind === 'name' ? { token } : {};
          const { id, challenge } = await startStepUp(stage, { connection, subject, application: 'portal', ...more });
          await stage.caller.call(post(`/step-ups/${id}/photos`, toPhotos(challenge, stage.pictures.person[1])));
          return (sender) => signed(sender, '');
        },
        isWon: (answer) => target.isGranted(answer),
      },
    ];

    function signed(sender: number, receipt: string): Request {
      const bytes = toJson(target.event({ about: 'bait', id: `race-${nextNumber()}-${sender}`, receipt })).bytes;
      return post(path, { type: 'application/json', bytes }, target.sign(bytes));
    }
  });
}
