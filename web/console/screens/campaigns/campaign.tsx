import { useLoaded } from '../../frame/acting.js';
import { useFormats } from '../../frame/words.js';
import { languageOptions } from '../../parts/form.js';
import { Title } from '../../parts/layout.js';
import { Await } from '../../parts/state.js';
import { Facts } from '../../parts/told.js';
import { Actions } from './actions.js';
import { Letters } from './letters.js';
import { People } from './people.js';
import { type Campaign, readCampaign } from './requests.js';
import { Standing } from './standing.js';
import { useTexts } from './texts.js';

/** Polling delays. Other states change only by an administrator's action. */
const againAfterMs: { readonly [State in Campaign['state']]?: number } = { planning: 1_000, running: 4_000 };

export function OneCampaign({ id }: { readonly id: string }) {
  const words = useTexts();
  const found = useLoaded(readCampaign(id), ({ campaign }) => againAfterMs[campaign.state]);
  const { reload } = found;
  return (
    <Await loaded={found}>
      {({ campaign: shown }) => (
        <>
          <Title name={shown.name} to="/campaigns" all={words.all} />
          <Standing campaign={shown} />
          <Actions campaign={shown} onDone={reload} />
          {shown.state !== 'planning' && <People key={shown.state} campaign={shown} />}
          <Letters campaign={shown} onKept={reload} />
          <section>
            <HowItIsSet campaign={shown} />
          </section>
        </>
      )}
    </Await>
  );
}

function HowItIsSet({ campaign }: { readonly campaign: Campaign }) {
  const { facts } = useTexts();
  const { day, number } = useFormats();
  const { connection, group, language, linkDays, reminders, reminderDays, createdBy, keptUntil } = campaign;
  return (
    <Facts
      rows={[
        [facts.connection, connection],
        [facts.from, group === null ? facts.file : facts.group(group)],
        [facts.language, languageOptions.find(({ value }) => value === language)?.label ?? language],
        [facts.link, facts.days(number(linkDays))],
        [facts.reminders, facts.remindersOf(number(reminders), number(reminderDays))],
        [facts.madeBy, createdBy],
        [facts.keptUntil, day(keptUntil.slice(0, 10))],
      ]}
    />
  );
}
