import { useActing } from '../../frame/acting.js';
import type { ServerRequest } from '../../frame/call.js';
import { useFormats } from '../../frame/words.js';
import { ConfirmButton } from '../../parts/confirm.js';
import { countIn } from './counts.js';
import { type Campaign, remindCampaign, resumeCampaign, retryable, startCampaign, stopCampaign } from './requests.js';
import { useTexts } from './texts.js';

export function Actions({ campaign, onDone }: { readonly campaign: Campaign; readonly onDone: () => void }) {
  const { act, uncertain, people } = useTexts();
  const { call } = useActing();
  const { number } = useFormats();
  const { id, name, state, linkDays, reminders, reminderDays } = campaign;
  const confirmed = (request: ServerRequest<unknown>) => async (): Promise<void> => {
    await call(request);
    onDone();
  };
  const toLeave = countIn(campaign, 'planned');
  const awaited = countIn(campaign, 'sent', 'opened', 'expired');
  const isUnderWay = state === 'running' || state === 'done';
  return (
    <>
      <div className="actions">
        {state === 'planned' && toLeave > 0 && (
          <ConfirmButton label={act.start} title={act.startTitle(name)} onConfirm={confirmed(startCampaign(id))}>
            <p>{act.startText(number(toLeave), number(linkDays))}</p>
            <p>{reminders === 0 ? act.noReminders : act.startReminders(number(reminders), number(reminderDays))}</p>
          </ConfirmButton>
        )}
        {state === 'running' && (
          <ConfirmButton
            label={act.stop}
            title={act.stopTitle(name)}
            onConfirm={confirmed(stopCampaign(id))}
            text={act.stopText}
          />
        )}
        {state === 'stopped' && (
          <ConfirmButton
            label={act.resume}
            title={act.resumeTitle(name)}
            onConfirm={confirmed(resumeCampaign(id, []))}
            text={act.resumeText(number(toLeave))}
          />
        )}
        {isUnderWay && awaited > 0 && (
          <ConfirmButton
            label={act.remind}
            title={act.remindTitle}
            onConfirm={confirmed(remindCampaign(id))}
            text={act.remindText(number(awaited))}
          />
        )}
        {isUnderWay &&
          retryable
            .filter((each) => countIn(campaign, each) > 0)
            .map((each) => (
              <ConfirmButton
                key={each}
                label={`${act.again}: ${people.states[each]}`}
                title={act.againTitle}
                action={act.again}
                onConfirm={confirmed(resumeCampaign(id, [each]))}
                text={act.againText(number(countIn(campaign, each)))}
              />
            ))}
      </div>
      {countIn(campaign, 'uncertain') > 0 && (
        <p className="note warn">{uncertain(number(countIn(campaign, 'uncertain')))}</p>
      )}
    </>
  );
}
