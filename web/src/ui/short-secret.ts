/** Whether a form has a secret that is too short: that says so, and is gone to. */
export function hasShortSecret(form: HTMLFormElement): boolean {
  const short = [...form.elements].find((one): one is HTMLInputElement => one instanceof HTMLInputElement && one.validity.customError);
  short?.checkValidity();
  short?.focus();
  return short !== undefined;
}
