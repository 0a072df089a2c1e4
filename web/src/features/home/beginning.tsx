import { Icon, LinkButton, Panel, cx } from "../../ui";
import styles from "./home.module.css";

interface Step {
  title: string;
  text: string;
  verb: string;
  to: string;
  isDone: boolean;
}

/** What comes next in a new installation. What is done says so. */
export function Beginning({ hasApplication, hasPeople, hasAssignment }: { hasApplication: boolean; hasPeople: boolean; hasAssignment: boolean }) {
  const steps: Step[] = [
    { title: "Let people in", text: "Connect a provider of identities, or make users by hand.", verb: "Users", to: "/users", isDone: hasPeople },
    { title: "Register an application", text: "Its permission schema says which permissions there are, and what they mean.", verb: "Applications", to: "/applications", isDone: hasApplication },
    { title: "Assign a role", text: "A role is a list of permissions. Whoever is assigned none is answered no.", verb: "Roles", to: "/roles", isDone: hasAssignment },
  ];
  return (
    <Panel flush title="Next steps">
      <ol className={styles.rows}>
        {steps.map((step, index) => (
          <li className={styles.step} key={step.title}>
            <span className={cx(styles.stepNumber, step.isDone && styles.stepDone)}>{step.isDone ? <Icon name="check" /> : index + 1}</span>
            <div>
              <h3>
                {step.title}
                {step.isDone && <span className="hidden"> (done)</span>}
              </h3>
              <p>{step.text}</p>
            </div>
            {!step.isDone && (
              <LinkButton kind={steps.findIndex((one) => !one.isDone) === index ? "primary" : "plain"} to={step.to}>
                {step.verb}
              </LinkButton>
            )}
          </li>
        ))}
      </ol>
    </Panel>
  );
}
