import { type ReactNode, useId, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { Dialog } from 'react-aria-components/Dialog';
import { Heading } from 'react-aria-components/Heading';
import { Modal, ModalOverlay } from 'react-aria-components/Modal';
import { toRefusal, useAction } from '../frame/acting.js';
import { useWords } from '../frame/words.js';
import { TextInput } from './form.js';
import { Problem } from './state.js';

interface Confirmed {
  readonly title: string;
  readonly isGrave?: boolean;
  /** A number that the administrator types first. */
  readonly number?: { readonly label: string; readonly wrong: string; readonly isRight: (typed: string) => boolean };
  /** Warning and button of a second confirmation, which follows if every user would be refused. */
  readonly insist?: { readonly warning: string; readonly action: string };
  /** @param isSure - true after the second confirmation */
  readonly onConfirm: (isSure: boolean, typed: string) => Promise<void>;
  readonly text?: string;
  readonly children?: ReactNode;
}

export function ConfirmDialog({
  isOpen,
  onClose,
  title,
  action,
  isGrave = false,
  number,
  insist,
  onConfirm,
  text,
  children,
}: Confirmed & { readonly isOpen: boolean; readonly onClose: () => void; readonly action: string }) {
  const { cancel, working } = useWords();
  const { isBusy, refusal, run, reset } = useAction();
  const [isWarned, setWarned] = useState(false);
  const [typed, setTyped] = useState('');
  const [isWrong, setWrong] = useState(false);
  const wrong = useId();
  const close = (): void => {
    reset();
    setWarned(false);
    setTyped('');
    setWrong(false);
    onClose();
  };
  const confirm = (): void => {
    const isRight = number?.isRight(typed.trim()) ?? true;
    setWrong(!isRight);
    if (isBusy || !isRight) return;
    void run(() =>
      onConfirm(isWarned, typed.trim()).then(close, (thrown: unknown) => {
        const { code } = toRefusal(thrown);
        if (code === 'nobody_can_pass') setWarned(insist !== undefined);
        // The frame shows its own dialog for this refusal.
        if (code !== 'face_not_verified') throw thrown;
        close();
      }),
    );
  };
  return (
    <ModalOverlay className="overlay" isOpen={isOpen} onOpenChange={(next) => !next && !isBusy && close()}>
      <Modal className="modal">
        <Dialog role="alertdialog" className="dialog">
          <Heading slot="title">{title}</Heading>
          {text !== undefined && <p>{text}</p>}
          {children}
          {number !== undefined && (
            <TextInput
              label={number.label}
              inputMode="numeric"
              value={typed}
              onText={setTyped}
              aria-invalid={isWrong}
              aria-describedby={isWrong ? wrong : undefined}
            />
          )}
          {isWrong && (
            <p id={wrong} className="wrong" role="alert">
              {number?.wrong}
            </p>
          )}
          {isWarned && <p className="note warn">{insist?.warning}</p>}
          {refusal !== null && <Problem refusal={refusal} />}
          <div className="actions">
            <Button
              className={isGrave || isWarned ? 'button danger' : 'button plain'}
              onPress={confirm}
              data-busy={isBusy}
            >
              {isBusy ? working : isWarned ? insist?.action : action}
            </Button>
            <Button className="button quiet" onPress={close} isDisabled={isBusy} autoFocus>
              {cancel}
            </Button>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

/** @param given.action - button of the dialog, by default as `label` */
export function ConfirmButton({
  label,
  about,
  action = label,
  ...confirmed
}: Confirmed & { readonly label: string; readonly about?: string; readonly action?: string }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button
        className={confirmed.isGrave === true ? 'button danger' : 'button quiet'}
        aria-label={about === undefined ? label : `${label}: ${about}`}
        onPress={() => setOpen(true)}
      >
        {label}
      </Button>
      <ConfirmDialog {...confirmed} action={action} isOpen={isOpen} onClose={() => setOpen(false)} />
    </>
  );
}
