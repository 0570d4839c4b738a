import { useActing } from '../../frame/acting.js';
import { screenFor, type ToDo, useOpenWork } from '../../frame/open-work.js';
import { Link } from '../../frame/router.js';
import { textIn, useFormats } from '../../frame/words.js';
import { Section } from '../../parts/layout.js';
import { Await } from '../../parts/state.js';
import { maySee, screens } from '../../screens.js';
import { useTexts } from './texts.js';

export function ToDoList() {
  const words = useTexts();
  const loaded = useOpenWork();
  const { toDo } = words;
  if (loaded === null) return null;
  return (
    <Section heading={toDo.heading}>
      <Await loaded={loaded}>
        {({ items }) => (
          <>
            {items.length === 0 && <p className="note good">{toDo.nothing}</p>}
            <ul className="to-do">
              {items.map((item) => (
                <li
                  key={`${item.code} ${item.connection} ${item.words}`}
                  className={item.urgency === 'now' ? 'note bad' : 'note warn'}
                >
                  <strong>{toDo.urgency[item.urgency]}</strong> <Task item={item} />
                </li>
              ))}
            </ul>
          </>
        )}
      </Await>
    </Section>
  );
}

function Task({ item }: { readonly item: ToDo }) {
  const { session } = useActing();
  const screen = screens.find(({ id }) => id === screenFor(item));
  const text = <TaskText item={item} />;
  if (screen === undefined || !maySee(screen, session.rights)) return text;
  const part =
    item.connection !== null
      ? `/${encodeURIComponent(item.connection)}`
      : { help_desk: '/requests', approvals: '/bypass-codes' }[String(item.where)];
  return <Link to={`${screen.path}${part ?? ''}`}>{text}</Link>;
}

/** Shows an unknown task of a newer server in the server's words. */
function TaskText({ item }: { readonly item: ToDo }) {
  const { toDo } = useTexts();
  const { number } = useFormats();
  const told: string | ((count: string) => string) = textIn(toDo.codes, item.code) ?? item.words;
  const about = item.connection ?? item.about;
  return (
    <span>
      {about !== null && (
        <>
          <bdi>{about}</bdi>:{' '}
        </>
      )}
      {typeof told === 'string' ? told : told(number(item.count))}
    </span>
  );
}
