// Decides the workload that comes in the first line of standard input, and answers with all decisions; then each line
// is [first, count], answered with the CPU nanoseconds that this many decisions took.
import { createInterface } from "node:readline";
import { createMongoAbility, subject } from "@casl/ability";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const read = async () => {
  const { value, done } = await lines.next();
  return done ? undefined : JSON.parse(value);
};
const write = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`);

const { rules, questions } = await read();
const ability = createMongoAbility(rules);
const resources = questions.map(({ name, ...resource }) => subject("Content", resource));
const names = questions.map(({ name }) => name);

write(names.map((name, question) => ability.can(name, resources[question])));

let allowed = 0;
for (let work = await read(); work; work = await read()) {
  const [first, count] = work;
  const begun = process.cpuUsage();
  let question = first % names.length;
  for (let decided = 0; decided < count; decided++) {
    if (ability.can(names[question], resources[question])) allowed++;
    question = question + 1 === names.length ? 0 : question + 1;
  }
  const { user, system } = process.cpuUsage(begun);
  write((user + system) * 1000);
}
process.exitCode = allowed > 0 ? 0 : 1;
