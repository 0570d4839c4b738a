import { type ReactNode, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { toRefusal } from '../../frame/acting.js';
import { ConfirmDialog } from '../../parts/confirm.js';

/** A button with a confirmation, and with a second confirmation if every user would then be refused. */
export function SureButton({
  label,
  about,
  title,
  nobody,
  sure,
  onConfirm,
  children,
}: {
  readonly label: string;
  readonly about?: string;
  readonly title: string;
  readonly nobody: string;
  readonly sure: string;
  readonly onConfirm: (isSure: boolean) => Promise<void>;
  readonly children: ReactNode;
}) {
  const [isOpen, setOpen] = useState(false);
  const [isWarned, setWarned] = useState(false);
  return (
    <>
      <Button
        className="button quiet"
        {...(about === undefined ? {} : { 'aria-label': `${label}: ${about}` })}
        onPress={() => setOpen(true)}
      >
        {label}
      </Button>
      <ConfirmDialog
        isOpen={isOpen}
        onClose={() => {
          setOpen(false);
          setWarned(false);
        }}
        title={title}
        action={isWarned ? sure : label}
        isGrave={isWarned}
        onConfirm={async () => {
          try {
            await onConfirm(isWarned);
          } catch (thrown) {
            if (toRefusal(thrown).code === 'nobody_can_pass') setWarned(true);
            throw thrown;
          }
        }}
      >
        {children}
        {isWarned && <p className="note warn">{nobody}</p>}
      </ConfirmDialog>
    </>
  );
}
