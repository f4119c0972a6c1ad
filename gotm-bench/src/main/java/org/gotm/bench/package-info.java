/**
 * JMH benchmarks. After {@code mvn package}: {@code java --enable-native-access=ALL-UNNAMED -cp
 * 'gotm-bench/target/*:gotm-bench/target/lib/*' org.openjdk.jmh.Main -prof gc}.
 */
package org.gotm.bench;
