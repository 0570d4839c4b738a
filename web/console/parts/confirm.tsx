import { type ReactNode, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { Dialog } from 'react-aria-components/Dialog';
import { Heading } from 'react-aria-components/Heading';
import { Modal, ModalOverlay } from 'react-aria-components/Modal';
import { toRefusal } from '../frame/acting.js';
import type { Refusal } from '../frame/call.js';
import { useWords } from '../frame/words.js';
import { Problem } from './state.js';

interface Confirmed {
  readonly title: string;
  readonly action: string;
  readonly isGrave?: boolean;
  /** Returns false to keep the dialog open. */
  readonly isReady?: () => boolean;
  readonly onConfirm: () => Promise<void>;
  readonly children: ReactNode;
}

export function ConfirmDialog({
  isOpen,
  onClose,
  title,
  action,
  isGrave = false,
  isReady = () => true,
  onConfirm,
  children,
}: Confirmed & { readonly isOpen: boolean; readonly onClose: () => void }) {
  const { cancel, working } = useWords();
  const [isBusy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const close = (): void => {
    setRefusal(null);
    onClose();
  };
  const confirm = (): void => {
    if (isBusy || !isReady()) return;
    setBusy(true);
    setRefusal(null);
    onConfirm()
      .then(close, (thrown: unknown) => {
        const refused = toRefusal(thrown);
        // The frame shows its own dialog for this refusal.
        if (refused.code === 'face_not_verified') close();
        else setRefusal(refused);
      })
      .finally(() => setBusy(false));
  };
  return (
    <ModalOverlay className="overlay" isOpen={isOpen} onOpenChange={(next) => !next && !isBusy && close()}>
      <Modal className="modal">
        <Dialog role="alertdialog" className="dialog">
          <Heading slot="title">{title}</Heading>
          {children}
          {refusal !== null && <Problem refusal={refusal} />}
          <div className="actions">
            <Button className={isGrave ? 'button danger' : 'button plain'} onPress={confirm} data-busy={isBusy}>
              {isBusy ? working : action}
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

export function ConfirmButton({
  label,
  about,
  ...confirmed
}: Confirmed & { readonly label: string; readonly about?: string }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button
        className={confirmed.isGrave === true ? 'button danger' : 'button quiet'}
        {...(about === undefined ? {} : { 'aria-label': `${label}: ${about}` })}
        onPress={() => setOpen(true)}
      >
        {label}
      </Button>
      <ConfirmDialog {...confirmed} isOpen={isOpen} onClose={() => setOpen(false)} />
    </>
  );
}
