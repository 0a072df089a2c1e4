import type { ReactNode } from "react";
import { Dialog as AriaDialog, Modal, ModalOverlay } from "react-aria-components/Modal";
import styles from "./dialog.module.css";

/** Comes from the left edge: navigation where there is no room for it. */
export default function Drawer({ label, onClose, children }: { label: string; onClose: () => void; children: ReactNode }) {
  return (
    <ModalOverlay className={styles.drawerOverlay ?? ""} isDismissable isOpen onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Modal className={styles.drawer ?? ""}>
        <AriaDialog aria-label={label} className={styles.dialog ?? ""}>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
