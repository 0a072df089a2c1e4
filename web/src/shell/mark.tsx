/** The sign of Casemate: a wall with a gate. */
export function Mark({ className }: { className?: string | undefined }) {
  return (
    <svg aria-hidden="true" className={className} fill="currentColor" viewBox="0 0 32 32">
      <path d="M3 5h7v4h3V5h6v4h3V5h7v23h-9v-6a4 4 0 0 0-8 0v6H3z" />
    </svg>
  );
}
