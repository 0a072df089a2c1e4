import { type FormEvent, type ReactNode, useId } from "react";
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from "react-aria-components/Modal";
import { useHold } from "../api/held";
import { IconButton } from "./button";
import { cx } from "./cx";
import styles from "./dialog.module.css";
import { hasShortSecret } from "./short-secret";

export interface DialogProps {
  title: string;
  open: boolean;
  onClose: () => void;
  children: ReactNode;
  /** Buttons, the one that does it last. Those of `type="submit"` send the form. */
  actions?: ReactNode;
  /** The dialog is a form, sent by this. */
  onSubmit?: () => void;
  wide?: boolean;
  /** It asks before something is lost. */
  alert?: boolean;
}

/** Stands over the page until it is answered. */
export function Dialog({ title, open, onClose, children, actions, onSubmit, wide, alert }: DialogProps) {
  const id = useId();
  useHold(open);
  const inside = (
    <>
      <div className={styles.header}>
        <Heading className={styles.title ?? ""} slot="title">
          {title}
        </Heading>
        <IconButton icon="x" label="Close" onPress={onClose} small />
      </div>
      <div className={styles.body}>{children}</div>
      {actions !== undefined && <div className={styles.footer}>{actions}</div>}
    </>
  );
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    event.stopPropagation();
    if (!hasShortSecret(event.currentTarget)) onSubmit?.();
  };
  return (
    <ModalOverlay className={styles.overlay ?? ""} isDismissable={!alert} isOpen={open} onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Modal className={cx(styles.modal, wide && styles.wide)}>
        <AriaDialog className={styles.dialog ?? ""} role={alert ? "alertdialog" : "dialog"}>
          {onSubmit ? (
            <form className={styles.dialog} id={id} noValidate onSubmit={submit}>
              {inside}
            </form>
          ) : (
            inside
          )}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
